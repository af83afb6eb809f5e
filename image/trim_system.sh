#!/bin/sh
# Delete what only installing or people need from the system of the image. The Dockerfile calls it as root.
set -eu

# pip and its parts; the interpreter and its standard library stay.
find / -xdev -depth \( -path '*-packages/pip*' -o -path '*-packages/setuptools*' -o -path '*-packages/wheel*' \
  -o -path '*-packages/pkg_resources' -o -path '*/ensurepip' -o -path '*/idlelib' -o -path '*/lib2to3' \
  -o -path '*/pydoc_data' \) -exec rm -rf {} +
# Programs for installing, accounts and disks, and the libraries that only they use. dpkg's list of the other packages
# stays for scanners.
unused='apt|libapt-pkg.+|gpgv|perl|perl-base|perl-modules-.+|libperl.+|libdb5.3.*|openssl|login|passwd|mount|util-linux.*'
unused="$unused|bsdutils|e2fsprogs|logsave|libext2fs.+|libss2|libgnutls30.*|libunistring.+|libp11-kit0.*|libnettle.+|libhogweed.+"
unused="$unused|libsystemd0.*|libgcrypt20.*|libgpg-error0|libsemanage.+|libsepol.+|libudev1.*|sysvinit-utils"
dpkg-query -W -f '${Package}\n' | grep -E "^($unused)$" | xargs -r dpkg --purge --force-all
# Documentation, translations and character sets of programs that a container doesn't run; licenses stay.
find /usr/share/doc -type f ! -name copyright -delete
rm -rf /usr/share/man /usr/share/info /usr/share/locale /usr/share/python-wheels /usr/share/zoneinfo /usr/share/perl* \
  /usr/lib/*/gconv /usr/lib/*/perl* /var/lib/apt /var/cache/* /var/log/* /var/lib/dpkg/info/*.md5sums /tmp/*
