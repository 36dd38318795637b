from .doors import LoginCard, PairingCode, PinGuard, SignInLink, Tablet
from .equivalence import CourseEquivalence, EquivalenceKind, EquivalenceSource
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
from .programmes import Programme, ProgrammeContents, ProgrammeCourse
from .requirements import Exemption, ExemptionReason, Requirement, RequirementTarget
from .retraining import Retraining, RetrainingPart
from .sealing import LedgerSeal, SealedEntry
from .settings import TrainingSettings
from .staff_lists import ForeseenFigures, StaffImport

__all__ = [
    "AccessibilityStatementPage",
    "ActivityCompletion",
    "Conformity",
    "CourseCompletion",
    "CourseEquivalence",
    "Earned",
    "Employment",
    "EmploymentKind",
    "Enrolment",
    "EquivalenceKind",
    "EquivalenceSource",
    "EventKind",
    "EventOutcome",
    "EventSource",
    "EvidenceDocument",
    "Exemption",
    "ExemptionReason",
    "ExtraAttempt",
    "ForeseenFigures",
    "HandedOutReport",
    "InformationPage",
    "JobRole",
    "LearningEvent",
    "LedgerEntry",
    "LedgerSeal",
    "LoginCard",
    "PairingCode",
    "PaperTest",
    "PinGuard",
    "Programme",
    "ProgrammeContents",
    "ProgrammeCourse",
    "QuizAttempt",
    "ReportedWorkplace",
    "Requirement",
    "RequirementTarget",
    "Responsibility",
    "Retraining",
    "RetrainingPart",
    "Role",
    "SealedEntry",
    "SignInLink",
    "StaffImport",
    "StaffMember",
    "Tablet",
    "TrainingSettings",
    "Workplace",
]
