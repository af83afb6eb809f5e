#!/bin/sh
# Delete what never runs from the Python packages of the image: `trim_packages.sh SITE_PACKAGES STATIC_ROOT`.
# The Dockerfile calls it after collectstatic; tests/image/run_services.py runs every service of the result.
set -eu
static=$2
cd "$1"

# Tests, type stubs, C sources, and bytecode (compiled again by the Dockerfile).
find . -depth -type d \( -name tests -o -name __pycache__ \) -exec rm -r {} +
find . -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.h' -o -name '*.a' -o -name '*.po' \) -delete
# Catalogs of languages that Vigie doesn't have.
find . -depth -type d -regex '.*/locale/[^/]+' ! -name en ! -name fr -exec rm -r {} +
# The originals of the static files, and source maps, which only developer tools read.
rm -rf django/contrib/admin/static ninja/static django_htmx/static
find "$static" -name '*.map*' -delete
# Parts that nothing imports: geographic databases, sign-in with other sites, tools of numpy and lxml.
rm -rf django/contrib/gis allauth/socialaccount/providers allauth/headless/spec numpy/f2py numpy/_core/_simd*.so \
  lxml/objectify*.so lxml/isoschematron
