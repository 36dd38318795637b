from .identities import Access, Activity, ActivityVersion, Course
from .pages import (
    ActivityPage,
    CourseIndexPage,
    CoursePage,
    LessonPage,
    Question,
    QuizPage,
    WorkshopPage,
    activity_page_types,
)

__all__ = [
    "Access",
    "Activity",
    "ActivityPage",
    "ActivityVersion",
    "Course",
    "CourseIndexPage",
    "CoursePage",
    "LessonPage",
    "Question",
    "QuizPage",
    "WorkshopPage",
    "activity_page_types",
]
