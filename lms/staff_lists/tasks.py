import datetime

from django_tasks import task

from ..handed_out.tasks import SOMEBODY_WAITS


@task()
def read_in_background(pk: int) -> None:
    """Read a confirmed staff list in. If no worker comes, the page offers to do it at once."""
    from .actions import carry_out

    carry_out(pk)


@task()
def count_in_background(pk: int) -> None:
    """Count what a list changes in figures. If no worker comes, its page offers to do it at once."""
    from .foresight import count

    count(pk)


def count_soon(pk: int) -> None:
    """Where tasks have an order, before those that nobody waits for."""
    ordered = count_in_background.get_backend().supports_priority
    (count_in_background.using(priority=SOMEBODY_WAITS) if ordered else count_in_background).enqueue(pk)


@task()
def forget_stale_files() -> None:
    from .actions import forget_stale

    forget_stale()


def forget_stale_files_after(moment: datetime.datetime) -> None:
    """Where tasks can wait. Elsewhere whoever next reads a list in clears away."""
    if forget_stale_files.get_backend().supports_defer:
        forget_stale_files.using(run_after=moment).enqueue()
