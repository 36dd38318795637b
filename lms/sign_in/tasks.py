from django_tasks import task


@task()
def send_links() -> None:
    """Send every link that waits. What fails is tried again; where tasks cannot wait, when the next is asked for."""
    from .links import send_waiting

    again = send_waiting()
    if again and send_links.get_backend().supports_defer:
        send_links.using(run_after=again).enqueue()
