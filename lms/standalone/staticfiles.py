"""Static files by names that change with what they hold, also in what one JavaScript module imports of another."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Without this a module imports its neighbours by their plain names, which are asked for at each visit.

    And a module could meet a neighbour of an earlier release.
    """

    support_js_module_import_aggregation = True
