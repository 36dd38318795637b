class PackError(ValueError):
    """Something in a pack cannot be read. The message names the file and says what to do."""
