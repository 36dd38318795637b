from django_tasks import task


@task()
def make_in_background(pk: int) -> None:
    """Make a report that was asked for. If no worker comes, its page offers to make it at once."""
    from .actions import carry_out

    carry_out(pk)
