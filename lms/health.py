from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail import hooks


@require_safe
@never_cache
def livez(request):
    """The process answers. Touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request):
    """The site can do its work: database up, no migration waiting. 503 with the reason otherwise.

    What the apps to the right are worried about is said beside it (`register_readiness`) and changes nothing.
    """
    try:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return JsonResponse({"ready": False, "database": "unreachable"}, status=503)
    answer = {"ready": not waiting, "database": "ok", "migrations_waiting": waiting}
    if not waiting:
        asked = [ask() for ask in hooks.get_hooks("register_readiness")]
        answer["warnings"] = {name: words for name, fine, words in asked if not fine}
    return JsonResponse(answer, status=503 if waiting else 200)
