#!/bin/bash
# What strangers' tools say of a certificate: 22 checks, with nothing of ours in them.
#
#   accept.sh FILE --root ROOT.pem --name NAME --url URL [--credential-key KEY.pem] [--lint FILE --lint-signed FILE]
#
# Needs qpdf, poppler-utils, zbar-tools, libnss3-tools, libpdfbox2-java (Debian), pyhanko, pyhanko-cli and openbadgeslib (PyPI,
# in the Python that PYTHON names). Prints a line for each check; exit status 1 when one of them fails.
set -uo pipefail

usage() { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[[ $# -ge 1 && -f $1 ]] || usage
FILE=$1; shift
ROOT='' NAME='' URL='' KEY='' LINT='' LINT_SIGNED=''
while (($#)); do
  [[ $# -ge 2 ]] || usage
  case $1 in
    --root) ROOT=$2 ;; --name) NAME=$2 ;; --url) URL=$2 ;; --credential-key) KEY=$2 ;;
    --lint) LINT=$2 ;; --lint-signed) LINT_SIGNED=$2 ;; *) usage ;;
  esac
  shift 2
done
[[ -f $ROOT && -n $NAME && -n $URL && -f $KEY && -f $LINT && -f $LINT_SIGNED ]] || usage

PYTHON=${PYTHON:-python3}
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
number=0 failed=0

check() { # check "what it says" command …
  local words=$1; shift
  number=$((number + 1))
  if "$@" >"$WORK/said" 2>&1; then
    printf 'ok   %2d %s\n' "$number" "$words"
  else
    printf 'FAIL %2d %s\n' "$number" "$words"; sed 's/^/        /' "$WORK/said" | tail -n 5
    failed=$((failed + 1))
  fi
}

# Reads to the end, unlike `grep -q`: who writes into a pipe that is closed too early fails, and so would the check.
found() { [[ $(grep -c "$@") != 0 ]]; }
text_of() { pdftotext -layout "$FILE" - | tr -s ' \n' ' '; }
says() { text_of | found -F -- "$1"; }
information() { pdfinfo "$FILE" 2>&1; }
fonts_are_embedded() { pdffonts "$FILE" | awk 'NR > 2 { n++; if ($(NF-4) != "yes") bad = 1 } END { exit !(n && !bad) }'; }
one_page_without_scripts() { information | found -E '^Pages: +1$' && information | found -E '^JavaScript: +no$'; }
tagged() { information | found -E '^Tagged: +yes$'; }
structure() { pdfinfo -struct "$FILE" 2>/dev/null; }
one_heading() { [[ $(structure | grep -Ec '^ *H1\b') == 1 ]]; }
figures_have_words() {
  "$PYTHON" - "$FILE" <<'EOF'
import sys, pikepdf
found = []
def walk(node):
    if isinstance(node, pikepdf.Array):
        for one in node: walk(one)
    elif isinstance(node, pikepdf.Dictionary):
        if node.get("/S") == "/Figure": found.append(str(node.get("/Alt", "")))
        if "/K" in node: walk(node.K)
with pikepdf.open(sys.argv[1]) as pdf:
    walk(pdf.Root.StructTreeRoot)
print(found)
sys.exit(not (found and all(found)))
EOF
}
language_and_title() {
  "$PYTHON" - "$FILE" <<'EOF'
import sys, pikepdf
with pikepdf.open(sys.argv[1]) as pdf:
    root = pdf.Root
    shown = bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False))
    sys.exit(not (str(root.get("/Lang", ""))[:2] in ("sv", "en") and shown and str(pdf.docinfo.get("/Title", ""))))
EOF
}
archive_metadata() { pdfinfo -meta "$FILE" | found -E 'pdfaid:part(>|=")3'; }
output_intent() { qpdf --json=2 --json-key=qpdf "$FILE" | found GTS_PDFA1; }
code_reads() { # code_reads RESOLUTION
  rm -f "$WORK"/page*
  pdftoppm -r "$1" -gray -png "$FILE" "$WORK/page" && [[ $(zbarimg --quiet --raw --nodbus "$WORK"/page*.png) == "$URL" ]]
}
signature() { pdfsig -nssdir "$WORK/nss" "$1" 2>&1; }
pdfsig_valid() { signature "$FILE" | found 'Signature Validation: Signature is Valid\.'; }
whole_document() { signature "$FILE" | found 'Total document signed' && ! signature "$FILE" | found 'Not total document'; }
pades() { signature "$FILE" | found 'Signature Type: ETSI\.CAdES\.detached'; }
trusted() { signature "$FILE" | found 'Certificate Validation: Certificate is Trusted\.'; }
# INVALID ends in VALID too: the colon before it matters.
pyhanko_valid() { "$PYTHON" -m pyhanko sign validate --trust "$ROOT" --trust-replace --no-revocation-check --executive-summary "$1" 2>&1 | found ':VALID$'; }
attachments() { pdfdetach -list "$FILE" | found credential.jwt && pdfdetach -list "$FILE" | found credential.json; }
credential_verifies() {
  pdfdetach -savefile credential.jwt -o "$WORK/credential.jwt" "$FILE" && "$PYTHON" - "$WORK/credential.jwt" "$KEY" <<'EOF'
import sys
from openbadgeslib.ob3 import OB3Verifier
token = open(sys.argv[1]).read().strip()
print(OB3Verifier(open(sys.argv[2], "rb").read()).verify(token))
EOF
}
credential_says_the_same() {
  pdfdetach -savefile credential.json -o "$WORK/credential.json" "$FILE" && "$PYTHON" - "$WORK" "$NAME" "$URL" <<'EOF'
import base64, json, sys
folder, name, url = sys.argv[1:]
head, body = (open(f"{folder}/credential.jwt").read().split(".") + [""])[:2]
head, body = (json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (head, body))
shown = json.load(open(f"{folder}/credential.json"))
assert head["alg"] == "ES256", head
assert all(body[key] == value for key, value in shown.items()), "the readable one differs from the signed one"
assert body["id"] == url, body["id"]
assert name in json.dumps(body["credentialSubject"], ensure_ascii=False), "another name"
EOF
}
no_flipped_byte_passes() { # 200 single bytes, of those that the signature covers
  "$PYTHON" - "$FILE" "$WORK" <<'EOF'
import random, re, sys
content = open(sys.argv[1], "rb").read()
a, b, c, d = map(int, re.search(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", content).groups())
places = random.Random(2010).sample([*range(a, a + b), *range(c, c + d)], 200)
for number, place in enumerate(places):
    changed = bytearray(content)
    changed[place] ^= 1 << (number % 8)
    open(f"{sys.argv[2]}/flipped{number}.pdf", "wb").write(changed)
EOF
  local flipped
  for flipped in "$WORK"/flipped*.pdf; do
    if signature "$flipped" | found 'Signature is Valid' && signature "$flipped" | found 'Total document signed'; then
      echo "$flipped passed"; return 1
    fi
    rm "$flipped"
  done
}
overlay_is_refused() { # words put over it afterwards: pdfsig still says valid, so ask whether all of it is signed
  "$PYTHON" - "$FILE" "$WORK/overlay.pdf" <<'EOF'
import sys
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils import generic
with open(sys.argv[1], "rb") as file:
    writer = IncrementalPdfFileWriter(file)
    stream = generic.StreamObject(stream_data=b"q 1 0 0 rg 100 100 200 50 re f Q")
    page = writer.root["/Pages"]["/Kids"][0]
    reference = writer.add_object(stream)
    contents = page.raw_get("/Contents")
    page["/Contents"] = generic.ArrayObject([contents, reference])
    writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))
    with open(sys.argv[2], "wb") as out:
        writer.write(out)
EOF
  [[ -s $WORK/overlay.pdf ]] && signature "$WORK/overlay.pdf" | found 'Not total document signed' && ! pyhanko_valid "$WORK/overlay.pdf"
}
preflight() {
  local jars=/usr/share/java
  java -cp "$jars/preflight.jar:$jars/pdfbox2.jar:$jars/xmpbox.jar:$jars/fontbox2.jar:$jars/commons-logging.jar:$jars/commons-io.jar:$jars/javax.activation.jar:$jars/jaxb-api.jar" \
    org.apache.pdfbox.preflight.Validator_A1b "$1"
}
small() { [[ $(stat -c %s "$FILE") -le $((45 * 1024)) ]]; }

mkdir "$WORK/nss"
certutil -N -d "sql:$WORK/nss" --empty-password && certutil -A -d "sql:$WORK/nss" -n root -t CT,C,C -a -i "$ROOT" || exit 2

check "qpdf finds no fault in its syntax" qpdf --check "$FILE"
check "the name can be read out of it" says "$NAME"
check "it is one page, without scripts" one_page_without_scripts
check "every font is embedded" fonts_are_embedded
check "it is tagged" tagged
check "it has one main heading" one_heading
check "every figure has words" figures_have_words
check "it has a language, and shows its title" language_and_title
check "its metadata say PDF/A-3" archive_metadata
check "its colours have an output intent" output_intent
check "the code reads at 150 dpi and leads to the right page" code_reads 150
check "the code reads at 72 dpi in grey" code_reads 72
check "pdfsig: the signature is valid" pdfsig_valid
check "pdfsig: the whole document is signed, as PAdES" eval 'whole_document && pades'
check "pdfsig: signed by somebody whom the root vouches for" trusted
check "pyHanko: valid, and nothing was added" pyhanko_valid "$FILE"
check "the credential lies in it, to read and to verify, and openbadgeslib verifies it" eval 'attachments && credential_verifies'
check "the credential says the same as the certificate, signed with ES256" credential_says_the_same
check "of 200 copies with one bit turned none passes" no_flipped_byte_passes
check "words put over it afterwards are refused" overlay_is_refused
check "PDFBox: its kind is valid PDF/A-1b, also signed" eval 'preflight "$LINT" && preflight "$LINT_SIGNED"'
check "it is no larger than 45 kB" small

((failed == 0)) && echo "$number of $number passed" || echo "$failed of $number failed"
exit $((failed > 0))
