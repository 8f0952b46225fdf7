#!/bin/sh
# Fetches the rival FTP servers of the benchmark as Debian packages and unpacks them into a folder.
# Nothing is installed: as packages they conflict with one another. Usage: bench/get-rivals.sh [DIR]
set -eu

dir=${1:-${PORTCALL_RIVALS:-${XDG_CACHE_HOME:-$HOME/.cache}/portcall-rivals}}
rivals='vsftpd proftpd-core pure-ftpd python3-pyftpdlib'

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
  grep "^$package " "$dir/versions" || echo "get-rivals: $package is not available here; the benchmark will leave it out" >&2
done
echo "unpacked into $dir"
