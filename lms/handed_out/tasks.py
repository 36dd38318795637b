from django_tasks import task

#: Before what nobody waits for, such as an index.
SOMEBODY_WAITS = 50


@task()
def make_in_background(pk: int) -> None:
    """Make a report that was asked for. If no worker comes, its page offers to make it at once."""
    from .actions import carry_out

    carry_out(pk)


def make_soon(pk: int) -> None:
    """Where tasks have an order, before those that nobody waits for."""
    ordered = make_in_background.get_backend().supports_priority
    (make_in_background.using(priority=SOMEBODY_WAITS) if ordered else make_in_background).enqueue(pk)
