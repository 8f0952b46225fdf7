"""What a network engineer's script does with netmiko at a virtual device. Arguments: device type, port, folder."""
import hashlib
import os
import sys
import warnings

warnings.filterwarnings("ignore")
from netmiko import ConnectHandler, file_transfer  # noqa: E402

kind, port, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
device = ConnectHandler(
    device_type=kind, host="127.0.0.1", port=port, username="admin", password="cisco", secret="cisco"
)


def expect(what, condition):
    if not condition:
        sys.exit(f"not so: {what}")


expect("the prompt is that of a user", device.find_prompt() == "R1>")
device.enable()
expect("enable gives all rights", device.find_prompt() == "R1#")

version = device.send_command("show version")
expect("a long output comes without pages", "Configuration register is 0x2102" in version and "--More--" not in version)
expect("filters filter", device.send_command("show version | include uptime").strip().startswith("R1 uptime is"))

device.send_config_set(["ip scp server enable", "interface Gi0/1", "description made by a script"])
running = device.send_command("show running-config")
expect("the configuration holds what was set", " description made by a script" in running)
expect("the configuration ends in end", running.strip().endswith("end"))
expect("it is not saved yet", "made by a script" not in device.send_command("show startup-config"))
expect("a save says so", "[OK]" in device.save_config())
expect("it is saved", "made by a script" in device.send_command("show startup-config"))
expect("what is wrong is told", "% Invalid input" in device.send_command("show nonsense"))

if kind == "cisco_ios":
    content = os.urandom(120_000)
    there, back = os.path.join(folder, "there.bin"), os.path.join(folder, "back.bin")
    with open(there, "wb") as file:
        file.write(content)
    put = file_transfer(device, source_file=there, dest_file="x.bin", file_system="flash:", direction="put")
    expect("SCP put is verified by the device's own MD5", put["file_transferred"] and put["file_verified"])
    got = file_transfer(device, source_file="x.bin", dest_file=back, file_system="flash:", direction="get")
    expect("SCP get is verified", got["file_transferred"] and got["file_verified"])
    with open(back, "rb") as file:
        expect("what came back is what went there", file.read() == content)
    md5 = hashlib.md5(content).hexdigest()
    expect("verify /md5 tells the digest", f"= {md5}" in device.send_command("verify /md5 flash:x.bin"))

device.disconnect()
print("done")
