from django.urls import path, re_path

from ..equivalence import views as equivalence
from ..handed_out import views as handed_out
from ..insight import course_views as courses
from ..insight import evidence_views as evidence
from ..insight.trend_views import TrendPage
from ..paper import views as paper
from ..people import erase_views as erasing
from ..people import job_views as jobs
from ..people import merge_views as merging
from ..people import views as people
from ..programmes import views as programmes
from ..register import views as register
from ..remedies import help_views as needs_help
from ..remedies import review_views as review
from ..remedies import views as remedies
from ..reports import messages
from ..requirements import views as requirements
from ..retraining import views as retraining
from ..staff_lists import views as staff_lists
from ..tablet import admin_views as tablets
from ..workplaces import views as workplaces
from .catalogue import Catalogue

app_name = "lms_admin"

urlpatterns = [
    path("courses/", Catalogue.as_view(), name="courses"),
    path("courses/changes/", retraining.CourseChanges.as_view(), name="course_changes"),
    path("courses/<int:course>/again/", retraining.DemandRetraining.as_view(), name="demand_retraining"),
    path("courses/<int:course>/recheck/", retraining.Recheck.as_view(), name="recheck"),
    path(
        "courses/changes/<int:retraining>/undo/<uuid:entry>/",
        retraining.UndoOfRetraining.as_view(),
        name="undo_retraining",
    ),
    path("course/<int:course>/", courses.CourseFollowUp.as_view(), name="course_follow_up"),
    path("staff/", people.StaffList.as_view(), name="staff"),
    path("staff/add/", jobs.AddStaff.as_view(), name="add_staff"),
    path("staff/export/", staff_lists.ExportStaff.as_view(), name="export_staff"),
    path("staff/import/", staff_lists.ImportStaff.as_view(), name="import_staff"),
    re_path(r"^staff/import/template\.(?P<kind>csv|xlsx)$", staff_lists.Template.as_view(), name="staff_template"),
    path("staff/import/<uuid:staff_import>/", staff_lists.Import.as_view(), name="staff_import"),
    path("staff/import/<uuid:staff_import>/figures/", staff_lists.CountFigures.as_view(), name="count_figures"),
    path("staff/import/<uuid:staff_import>/confirm/", staff_lists.ConfirmImport.as_view(), name="confirm_import"),
    path("staff/import/<uuid:staff_import>/now/", staff_lists.ReadInNow.as_view(), name="read_in_now"),
    path("staff/import/<uuid:staff_import>/put-aside/", staff_lists.PutAside.as_view(), name="put_aside"),
    path("staff/<int:person>/", people.Person.as_view(), name="person"),
    path("staff/<int:person>/details/", jobs.ChangeDetails.as_view(), name="details"),
    path("staff/<int:person>/job/", jobs.AddJob.as_view(), name="add_job"),
    path("staff/<int:person>/job/<int:job>/end/", jobs.EndJob.as_view(), name="end_job"),
    path("staff/<int:person>/job/<int:job>/employer/", jobs.ChangeEmployer.as_view(), name="change_employer"),
    path("staff/<int:person>/job/<int:job>/move/", jobs.MoveJob.as_view(), name="move_job"),
    path("staff/<int:person>/card/", people.PrintCard.as_view(), name="print_card"),
    path("staff/<int:person>/unlock/", people.UnlockPin.as_view(), name="unlock_pin"),
    path("staff/<int:person>/excuse/", requirements.Excuse.as_view(), name="excuse"),
    path(
        "staff/<int:person>/excuse/<int:exemption>/end/",
        requirements.EndExemption.as_view(),
        name="end_exemption",
    ),
    path("staff/<int:person>/course/<int:course>/", evidence.Evidence.as_view(), name="evidence"),
    path("staff/<int:person>/course/<int:course>/move/", remedies.MoveCompletion.as_view(), name="move_completion"),
    path(
        "staff/<int:person>/course/<int:course>/take-back/", remedies.VoidCompletion.as_view(), name="void_completion"
    ),
    path("staff/<int:person>/course/<int:course>/attempt/", remedies.GiveAttempt.as_view(), name="give_attempt"),
    path("staff/<int:person>/merge/", merging.Merge.as_view(), name="merge"),
    path("staff/<int:person>/erase/", erasing.Erase.as_view(), name="erase"),
    path("staff/<int:person>/undo/<uuid:entry>/", remedies.UndoOfPerson.as_view(), name="undo"),
    path("staff/<int:person>/document/<uuid:document>/", register.Document.as_view(), name="document"),
    path("requirements/", requirements.RequirementList.as_view(), name="requirements"),
    path("requirements/add/", requirements.AddRequirement.as_view(), name="add_requirement"),
    path("requirements/<int:rule>/change/", requirements.ChangeRequirement.as_view(), name="change_requirement"),
    path("requirements/<int:rule>/end/", requirements.EndRequirement.as_view(), name="end_requirement"),
    path(
        "requirements/<int:rule>/undo/<uuid:entry>/",
        remedies.UndoOfRequirement.as_view(),
        name="undo_requirement",
    ),
    path("programmes/", programmes.ProgrammeList.as_view(), name="programmes"),
    path("programmes/add/", programmes.AddProgramme.as_view(), name="add_programme"),
    path("programmes/<int:programme>/change/", programmes.ChangeProgramme.as_view(), name="change_programme"),
    path("programmes/<int:programme>/title/", programmes.RenameProgramme.as_view(), name="rename_programme"),
    path("programmes/<int:programme>/undo/<uuid:entry>/", programmes.UndoOfProgramme.as_view(), name="undo_programme"),
    path("equivalences/", equivalence.EquivalenceList.as_view(), name="equivalences"),
    path("equivalences/add/", equivalence.AddEquivalence.as_view(), name="add_equivalence"),
    path("equivalences/<int:equivalence>/end/", equivalence.EndEquivalence.as_view(), name="end_equivalence"),
    path(
        "equivalences/<int:equivalence>/undo/<uuid:entry>/",
        equivalence.UndoOfEquivalence.as_view(),
        name="undo_equivalence",
    ),
    path("attendance/", register.Attendance.as_view(), name="attendance"),
    path("earlier-training/", register.EarlierTraining.as_view(), name="earlier_training"),
    path("needs-help/", needs_help.NeedsHelp.as_view(), name="needs_help"),
    path("review/", review.Review.as_view(), name="review"),
    path("review/count/", review.Count.as_view(), name="count"),
    path("review/put-aside/", review.PutAside.as_view(), name="put_event_aside"),
    path("paper/", paper.PaperTests.as_view(), name="paper_tests"),
    path("paper/print/", paper.PrintTests.as_view(), name="print_tests"),
    path("paper/sheets/<uuid:batch>/", paper.PaperSheets.as_view(), name="paper_sheets"),
    path("paper/<uuid:paper>/", paper.EnterPaper.as_view(), name="paper_test"),
    path("trend/", TrendPage.as_view(), name="trend"),
    path("handed-out/", handed_out.HandedOutList.as_view(), name="handed_out"),
    path("handed-out/new/", handed_out.HandOut.as_view(), name="hand_out"),
    path("handed-out/<uuid:report>/", handed_out.ReportPage.as_view(), name="handed_out_report"),
    path("handed-out/<uuid:report>/file/", handed_out.ReportFile.as_view(), name="report_file"),
    path("handed-out/<uuid:report>/remove/", handed_out.RemoveFile.as_view(), name="remove_report_file"),
    path("handed-out/<uuid:report>/make/", handed_out.MakeReport.as_view(), name="make_report"),
    path("messages/", messages.MessageLists.as_view(), name="messages"),
    path("workplaces/", workplaces.WorkplaceList.as_view(), name="workplaces"),
    path("workplaces/add/", workplaces.AddWorkplace.as_view(), name="add_workplace"),
    path("workplaces/<int:workplace>/rename/", workplaces.RenameWorkplace.as_view(), name="rename_workplace"),
    path("workplaces/<int:workplace>/close/", workplaces.CloseWorkplace.as_view(), name="close_workplace"),
    path("workplaces/<int:workplace>/reopen/", workplaces.ReopenWorkplace.as_view(), name="reopen_workplace"),
    path("workplaces/<int:workplace>/cards/", people.PrintCards.as_view(), name="print_cards"),
    path("tablets/", tablets.TabletList.as_view(), name="tablets"),
    path("tablets/export/", tablets.ExportTablets.as_view(), name="export_tablets"),
    path("tablets/<int:tablet>/unpair/", tablets.UnpairTablet.as_view(), name="unpair"),
    path("responsibilities/", workplaces.Responsibilities.as_view(), name="responsibilities"),
    path(
        "responsibilities/<int:responsibility>/take/",
        workplaces.TakeResponsibility.as_view(),
        name="take_responsibility",
    ),
]
