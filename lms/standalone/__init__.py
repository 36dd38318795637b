#: Of the demo's signing keys, which nobody trusts.
DEMO_PASSPHRASE = "only-for-trying-it-out"  # noqa: S105 - not a secret on purpose
