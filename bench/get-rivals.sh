#!/bin/sh
# Fetches the FTP and TFTP servers that Portcall is measured and tested beside as Debian packages and unpacks them into a folder.
# Nothing is installed: as packages they conflict with one another. Usage: bench/get-rivals.sh [DIR]
set -eu

dir=${1:-${PORTCALL_RIVALS:-${XDG_CACHE_HOME:-$HOME/.cache}/portcall-rivals}}
rivals='vsftpd proftpd-core pure-ftpd python3-pyftpdlib tftpd-hpa atftpd dnsmasq-base'

# Once is enough: what is complete is not asked for again.
if [ -e "$dir/versions" ] && [ -z "${PORTCALL_RIVALS_AGAIN:-}" ]; then
  complete=yes
  for package in $rivals; do grep -q "^$package " "$dir/versions" || complete=no; done
  [ "$complete" = no ] || { echo "get-rivals: all are in $dir; PORTCALL_RIVALS_AGAIN=1 fetches them again"; exit 0; }
fi

mkdir -p "$dir/packages" "$dir/root"
cd "$dir/packages"
apt-get update -qq || echo "get-rivals: apt-get update failed; going on with the package lists at hand" >&2

# The programs are run in place, so the libraries they name, and those that these name, come along; libc stays the
# machine's own.
libraries_of() {
  apt-cache depends "$@" | sed -n 's/^ *|\{0,1\}Depends: \(lib[a-z0-9.+-]*\)$/\1/p' | grep -v '^libc6$' | sort -u
}
direct=$(libraries_of $rivals)
libraries=$(printf '%s\n' $direct $(libraries_of $direct) | sort -u)
# ProFTPD's TLS is a package of its own.
for package in $rivals proftpd-mod-crypto python3-sendfile python3-asyncore python3-pyasyncore $libraries; do
  ls "$package"_*.deb >/dev/null 2>&1 || apt-get download -qq "$package" 2>/dev/null || true
done

: >"$dir/versions"
for archive in *.deb; do
  [ -e "$archive" ] || continue
  dpkg -x "$archive" "$dir/root"
  dpkg-deb --show --showformat='${Package} ${Version}\n' "$archive" >>"$dir/versions"
done

for package in $rivals; do
  grep "^$package " "$dir/versions" || echo "get-rivals: $package is not available here; benchmarks and tests will leave it out" >&2
done
echo "unpacked into $dir"
