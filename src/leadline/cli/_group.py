"""A verb that has verbs of its own."""

import click


class Group(click.Group):
    """As click's, but its verbs stand in their own order, and one that it does not have is said in the language
    of the call."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            from leadline.cli._mistakes import unknown_verb

            raise unknown_verb(args[0], self.list_commands(ctx), ctx)
        return super().resolve_command(ctx, args)
