from .doors import LoginCard, PairingCode, PinGuard, SignInLink, Tablet
from .handed_out import HandedOutReport, ReportedWorkplace
from .learning import (
    ActivityCompletion,
    CourseCompletion,
    Earned,
    Enrolment,
    EventKind,
    EventOutcome,
    EventSource,
    EvidenceDocument,
    ExtraAttempt,
    LearningEvent,
    QuizAttempt,
)
from .ledger import LedgerEntry
from .pages import AccessibilityStatementPage, Conformity, InformationPage
from .paper import PaperTest
from .people import Employment, EmploymentKind, JobRole, Responsibility, Role, StaffMember, Workplace
from .requirements import Exemption, ExemptionReason, Requirement
from .settings import TrainingSettings
from .staff_lists import StaffImport

__all__ = [
    "AccessibilityStatementPage",
    "ActivityCompletion",
    "Conformity",
    "CourseCompletion",
    "Earned",
    "Employment",
    "EmploymentKind",
    "Enrolment",
    "EventKind",
    "EventOutcome",
    "EventSource",
    "EvidenceDocument",
    "Exemption",
    "ExemptionReason",
    "ExtraAttempt",
    "HandedOutReport",
    "InformationPage",
    "JobRole",
    "LearningEvent",
    "LedgerEntry",
    "LoginCard",
    "PairingCode",
    "PaperTest",
    "PinGuard",
    "QuizAttempt",
    "ReportedWorkplace",
    "Requirement",
    "Responsibility",
    "Role",
    "SignInLink",
    "StaffImport",
    "StaffMember",
    "Tablet",
    "TrainingSettings",
    "Workplace",
]
