"""Not yet."""


async def demo(*, exit_after_tour: bool) -> int:
    return 0
