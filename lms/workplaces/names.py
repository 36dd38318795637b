"""What a workplace is called where others of its name may stand beside it."""

from collections import Counter

from ..models import Workplace


def tell_apart(names: dict[int, str]) -> dict[int, str]:
    """Key to name of workplaces, with what stands above namesakes: "Umeå / Byn". A query only if there are any."""
    often = Counter(names.values())
    alike = [pk for pk, name in names.items() if often[name] > 1]
    if not alike:
        return names
    paths = dict(Workplace.objects.filter(pk__in=alike).values_list("pk", "path"))
    above = {path[: -Workplace.steplen] for path in paths.values()}
    called = dict(Workplace.objects.filter(path__in=above).values_list("path", "name"))
    longer = {
        pk: f"{called[up]} / {names[pk]}" for pk, path in paths.items() if (up := path[: -Workplace.steplen]) in called
    }
    return names | longer
