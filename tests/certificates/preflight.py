"""Apache PDFBox's preflight: the one free checker of a whole PDF/A part that there is in Debian. It knows part 1."""

import shutil
import subprocess
from pathlib import Path

JARS = Path("/usr/share/java")
#: Debian: default-jre-headless libpdfbox2-java libactivation-java libjaxb-java.
NEEDED = ("preflight", "pdfbox2", "xmpbox", "fontbox2", "commons-logging", "commons-io", "javax.activation", "jaxb-api")


def verdict_on(path: Path) -> str:
    """What preflight says of the file at `path`: that it is valid PDF/A-1b, or each thing that is wrong."""
    missing = [name for name in NEEDED if not (JARS / f"{name}.jar").exists()]
    assert shutil.which("java"), "Java is needed for this test (Debian: default-jre-headless)"
    assert not missing, f"{missing} are needed for this test (Debian: libpdfbox2-java libactivation-java libjaxb-java)"
    classes = ":".join(str(JARS / f"{name}.jar") for name in NEEDED)
    done = subprocess.run(
        ["java", "-cp", classes, "org.apache.pdfbox.preflight.Validator_A1b", str(path)],
        capture_output=True,
        text=True,
    )
    return (done.stdout + done.stderr).strip()


def is_valid(path: Path) -> bool:
    return verdict_on(path) == f"The file {path.name} is a valid PDF/A-1b file"
