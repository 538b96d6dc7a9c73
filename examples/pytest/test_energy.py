"""An energy test with pytest and the official Python client, otii_tcp_client. It starts Microjoule with a simulated Ace and a sensor node on it;
with OTII_PORT set it uses the server that listens there. Instruments of your own: leave --sim and --load out.

    pip install otii_tcp_client pytest && pytest
"""

import os
import re
import subprocess
import time

import pytest

client = pytest.importorskip("otii_tcp_client.otii_client")

REPORT = re.compile(r"TX \d+: (\d) packets")


@pytest.fixture(scope="session")
def port(tmp_path_factory):
    if "OTII_PORT" in os.environ:
        yield int(os.environ["OTII_PORT"])
        return
    command = ["otii_server", "--port", "0", "--sim", "ace", "--load", "sensor", "--sim-output", "off", "--data", str(tmp_path_factory.mktemp("data"))]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    # It closes its output once it listens.
    banner = server.stdout.read()
    yield int(re.search(r"scripts connect to port (\d+)", banner).group(1))
    server.terminate()
    server.wait()


@pytest.fixture
def otii(port):
    connection = client.OtiiClient()
    # Signs in and reserves an Automation licence where that is needed, and gives it back.
    with connection.connect(port=port) as otii:
        yield otii


@pytest.fixture
def device(otii):
    device = otii.get_devices()[0]
    device.set_main_voltage(3.3)
    device.set_max_current(0.5)
    device.set_uart_baudrate(115200)
    device.enable_uart(True)
    device.enable_exp_port(True)
    device.enable_channel("mc", True)
    device.enable_channel("rx", True)
    yield device
    device.set_main(False)


def test_energy_from_report_to_report(otii, device):
    project = otii.get_active_project()
    project.start_recording()
    device.set_main(True)
    time.sleep(12)
    device.set_main(False)
    project.stop_recording()

    recording = project.get_last_recording()
    count = recording.get_channel_data_count(device.id, "rx")
    lines = recording.get_channel_data(device.id, "rx", 0, count)["values"]
    reports = [(line["timestamp"], int(match.group(1))) for line in lines if (match := REPORT.match(line["value"]))]
    assert len(reports) >= 2
    (begin, packets), (end, _) = reports[:2]
    energy = recording.get_channel_statistics(device.id, "mc", begin, end)["energy"]

    # 3.2 mJ for five readings and the radio's fixed part, 1.6 mJ for each packet.
    budget = 3.2e-3 + 1.61e-3 * packets
    assert energy < budget, f"{energy * 1e3:.3f} mJ is {100 * (energy / budget - 1):.2f} % over {budget * 1e3:.3f} mJ"
