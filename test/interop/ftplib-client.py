"""Python's ftplib, told by its arguments what to do: HOST PORT MODE ENCRYPTION CA OPERATION [LOCAL REMOTE].

ENCRYPTION is `none`, `tls` (as ftplib does it: each data connection is a TLS session of its own) or `tls-resuming`.
"""

import ftplib
import os
import socket
import ssl
import sys

host, port, mode, encryption, authority, operation, *names = sys.argv[1:]
local, remote = names if names else ("", "")


def in_text(ftp):
    with open(local, "w", newline="\n") as file:
        ftp.retrlines("RETR " + remote, lambda line: file.write(line + "\n"))


def get(ftp, offset=None):
    with open(local, "ab" if offset else "wb") as file:
        ftp.retrbinary("RETR " + remote, file.write, rest=offset)


def put(ftp, command="STOR ", offset=None):
    with open(local, "rb") as file:
        file.seek(offset or 0)
        ftp.storbinary(command + remote, file, rest=offset)


def put_text(ftp):
    with open(local, "rb") as file:
        ftp.storlines("STOR " + remote, file)


def put_rest(ftp):
    ftp.voidcmd("TYPE I")
    put(ftp, offset=ftp.size(remote))


def names_of(ftp):
    ftp.dir()
    print([name for name, facts in ftp.mlsd(facts=["type", "size"])])
    print(ftp.nlst())


def abort(ftp, send_abort=ftplib.FTP.abort):
    """Stops in the middle, as ftplib does it: the whole line out of band. Then fetches the same file, whole."""
    ftp.voidcmd("TYPE I")
    connection = ftp.transfercmd("RETR " + remote)
    connection.recv(1000)
    print(send_abort(ftp))
    connection.close()
    try:
        print(ftp.voidresp())
    except ftplib.error_temp as error:
        print(error)
    get(ftp)


def synch(ftp):
    """ABOR as Telnet does it (RFC 854, RFC 959 4.1.3): IP, the IAC of the data mark out of band, the rest behind it."""
    ftp.sock.sendall(b"\xff\xf4\xff", socket.MSG_OOB)
    ftp.sock.sendall(b"\xf2ABOR\r\n")
    return ftp.getmultiline()


OPERATIONS = {
    "get": get,
    "put": put,
    "append": lambda ftp: put(ftp, "APPE "),
    "resume-get": lambda ftp: get(ftp, os.path.getsize(local)),
    "resume-put": put_rest,
    "get-text": in_text,
    "put-text": put_text,
    "list": names_of,
    "abort": abort,
    "abort-with-synch": lambda ftp: abort(ftp, synch),
}


class Resuming(ftplib.FTP_TLS):
    """Continues the control connection's TLS session on data connections, which ftplib itself does not."""

    def ntransfercmd(self, cmd, rest=None):
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        if self._prot_p:
            connection = self.context.wrap_socket(
                connection, server_hostname=self.host, session=self.sock.session
            )
        return connection, size


def client():
    if encryption == "none":
        return ftplib.FTP()
    kind = Resuming if encryption == "tls-resuming" else ftplib.FTP_TLS
    return kind(context=ssl.create_default_context(cafile=authority))


with client() as ftp:
    ftp.connect(host, int(port), timeout=10)
    ftp.login("u", "p")
    if encryption != "none":
        ftp.prot_p()
    ftp.set_pasv(mode == "passive")
    OPERATIONS[operation](ftp)
    ftp.quit()
