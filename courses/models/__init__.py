from .contacts import Contact, ContactGroup, ShortcutsPage, in_groups
from .identities import Access, Activity, ActivityVersion, Course, settings_at, tree_path
from .pages import ActivityPage, CourseIndexPage, CoursePage, LessonPage, WorkshopPage
from .quiz import Question, QuizPage
from .validity import ValiditySettings

#: Every kind of page that is an activity.
ACTIVITY_PAGES: list[type[ActivityPage]] = [LessonPage, QuizPage, WorkshopPage]

__all__ = [
    "ACTIVITY_PAGES",
    "Access",
    "Activity",
    "ActivityPage",
    "ActivityVersion",
    "Contact",
    "ContactGroup",
    "Course",
    "CourseIndexPage",
    "CoursePage",
    "LessonPage",
    "Question",
    "QuizPage",
    "ShortcutsPage",
    "ValiditySettings",
    "WorkshopPage",
    "in_groups",
    "settings_at",
    "tree_path",
]
