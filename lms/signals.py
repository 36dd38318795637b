"""What other apps may listen to. All are sent inside the transaction: a receiver that raises undoes everything."""

from django.dispatch import Signal

#: A CourseCompletion was recorded. Arguments: completion.
course_completed = Signal()

#: A CourseCompletion was voided. Arguments: completion.
course_completion_voided = Signal()

#: A person is erased. Arguments: staff, still with the name, and actor. Receivers take away all that says who it was,
#: and return what was issued to them, each as the file to delete: (storage, name), without a name where there is none
#: yet. They delete none themselves: it may be a rehearsal.
staff_erased = Signal()

#: Two rows were the same person. Arguments: kept, gone. What hangs on `gone` belongs to `kept` from now on.
staff_merged = Signal()
