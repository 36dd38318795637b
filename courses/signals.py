"""What other apps may listen to. Both are sent inside the transaction: a receiver that raises undoes everything."""

from django.dispatch import Signal

#: What it takes to complete a published course changed: an activity came, went or became optional, or the course came
#: back. Arguments: course.
criteria_changed = Signal()

#: An activity belongs to another course than before. Sent before `criteria_changed` for the two courses.
#: Arguments: activity, before (the course that it left).
activity_moved = Signal()
