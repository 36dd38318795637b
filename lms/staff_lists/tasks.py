import datetime

from django_tasks import task


@task()
def read_in_background(pk: int) -> None:
    """Read a confirmed staff list in. If no worker comes, the page offers to do it at once."""
    from .actions import carry_out

    carry_out(pk)


@task()
def forget_stale_files() -> None:
    from .actions import forget_stale

    forget_stale()


def forget_stale_files_after(moment: datetime.datetime) -> None:
    """Where tasks can wait. Elsewhere whoever next reads a list in clears away."""
    if forget_stale_files.get_backend().supports_defer:
        forget_stale_files.using(run_after=moment).enqueue()
