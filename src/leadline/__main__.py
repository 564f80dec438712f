"""The programs `leadline` and `kubectl-leadline`, and `python -m leadline`."""

import sys

try:
    import os
    import signal
except KeyboardInterrupt:
    sys.exit(130)


def _leave(*_: object) -> None:
    os._exit(130)


# Modules being imported or torn down hold nothing half-done, and an exception in there would be a traceback.
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else the caller ignores it, as nohup does
    signal.signal(signal.SIGINT, _leave)


def main() -> None:
    """Runs the program. Ctrl-C ends it with 130 and without a traceback, from the first moment to the last."""
    from leadline.cli import main as run

    heard = signal.getsignal(signal.SIGINT) is _leave
    try:
        try:
            if heard:
                signal.signal(signal.SIGINT, signal.default_int_handler)
            run()
        finally:
            if heard:
                signal.signal(signal.SIGINT, _leave)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
