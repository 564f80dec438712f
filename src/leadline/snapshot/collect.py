"""Hosts as they are now, as snapshots in memory: only the sources that are asked for, in one round trip each."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from functools import partial

from leadline.base.command import Command
from leadline.base.errors import LeadlineError
from leadline.hosts.host import Host
from leadline.snapshot.keep import folder_name, prepare, texts
from leadline.snapshot.naming import named
from leadline.snapshot.record import script_of, seconds
from leadline.snapshot.script import Script, read
from leadline.snapshot.snapshot import Recorded, Snapshot


def collect(
    hosts: Sequence[Host],
    names: Collection[str],
    *,
    timeout: int,
    jobs: int,
    done: Callable[[Host, Snapshot | LeadlineError], None],
) -> list[Snapshot | LeadlineError]:
    """What came of each host, in their order: its Snapshot, called as the host calls itself, or the error.

    `names`: the sources, or single files of them where one form is enough; `timeout`: seconds for one command; `jobs`
    hosts at a time; `done` is told each as it comes.
    """
    made = script_of(names, timeout)
    command = Command(made.text, seconds(timeout))

    async def one(host: Host, room: asyncio.Semaphore) -> Snapshot | LeadlineError:
        came: Snapshot | LeadlineError
        async with room:
            try:
                completed = await host.run(command)
                came = await asyncio.to_thread(_snapshot, host, made, completed.stdout)
            except LeadlineError as error:
                came = error
        done(host, came)
        return came

    async def every() -> list[Snapshot | LeadlineError]:
        room = asyncio.Semaphore(jobs)
        running = [asyncio.create_task(one(host, room)) for host in hosts]
        await asyncio.to_thread(prepare)
        return list(await asyncio.gather(*running))

    return asyncio.run(every())


def _snapshot(host: Host, made: Script, printed: bytes) -> Snapshot:
    recording = read(made, printed)
    recorded = []
    for file, text in texts(recording).items():
        if (told := named(file)) is not None:
            recorded.append(Recorded(*told, f"{host.name}:{file}", partial(bytes, text)))
    return Snapshot(folder_name(recording), recorded, recording.time)
