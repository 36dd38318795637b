from django.urls import path
from wagtail import hooks

from ..paper.memo import memo
from .views import lesson, quiz, start

app_name = "reader"

urlpatterns = [
    path("", start.start, name="start"),
    path("sprak/", start.language, name="language"),
    path("visning/", start.display, name="display"),
    path("kvar/", start.still_here, name="still_here"),
    path("kurs/<uuid:course>/", start.course, name="course"),
    path("kurs/<uuid:course>/klar/", start.done, name="done"),
    path("kurs/<uuid:course>/gor-om/", start.again, name="again"),
    path("moment/<uuid:activity>/", lesson.activity, name="activity"),
    path("moment/<uuid:activity>/steg/", lesson.step, name="step"),
    path("moment/<uuid:activity>/dokument/<int:document>/", lesson.document, name="document"),
    path("moment/<uuid:activity>/minneslapp/", memo, name="memo"),
    path("moment/<uuid:activity>/forsok/", quiz.begin, name="begin"),
    path("forsok/<uuid:attempt>/", quiz.attempt, name="attempt"),
    path("forsok/<uuid:attempt>/fraga/<int:number>/", quiz.question, name="question"),
    path("forsok/<uuid:attempt>/lamna-in/", quiz.hand_in, name="hand_in"),
    path("forsok/<uuid:attempt>/resultat/", quiz.result, name="result"),
    # Pages of apps to the right of us that belong at the desk: certificates.
    *[pattern for register in hooks.get_hooks("lms_reader_urls") for pattern in register()],
]
