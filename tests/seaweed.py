# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real S3 server for tests and benchmarks: SeaweedFS, from PyPI, on free loopback ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ACCESS, SECRET = "titleblock-test", "only-for-tests-0123456789"
BUCKET = "shop"
PATIENCE_S = 60
SERVICES = ("master", "filer", "volume", "s3", "admin")


def program() -> str | None:
    """Return the server's program, or None where there is no build of it for this machine."""
    beside = Path(sys.executable).with_name("weed.exe" if os.name == "nt" else "weed")
    return str(beside) if beside.is_file() else None


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens on now; all are held until all are found."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


@dataclass
class Seaweed:
    """One server in a process of its own; ``start`` after ``stop`` finds its data again."""

    folder: Path
    ports: list[int] = field(default_factory=lambda: free_ports(2 * len(SERVICES)))
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def port(self) -> int:
        """Return the port of the S3 service."""
        return self.ports[SERVICES.index("s3")]

    @property
    def endpoint(self) -> str:
        """Return the address that speaks S3."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and return when it takes a bucket."""
        weed = program()
        assert weed is not None
        self.folder.mkdir(parents=True, exist_ok=True)
        words = [weed, "mini", f"-dir={self.folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
        words += ["-webdav=false", "-admin.ui=false", "-master.telemetry=false"]
        words += [
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-s3.iam=false",
            "-s3.autoCreateBucket=false",
        ]
        for name, port in zip(SERVICES, self.ports, strict=False):
            words += [f"-{name}.port={port}"]
        for name, port in zip(SERVICES, self.ports[len(SERVICES) :], strict=True):
            words += [f"-{name}.port.grpc={port}"]
        environment = {**os.environ, "AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET}
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
                cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + PATIENCE_S
        while not self._takes_a_bucket():
            said = (self.folder / "log.txt").read_text(errors="replace")[-3000:]
            assert self.process.poll() is None, f"the server stopped: {said}"
            assert time.monotonic() < end, f"the server does not answer: {said}"
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
            self.process = None

    def credentials(self) -> dict[str, str]:
        """Return the variables that let boto3 and everything built on it in."""
        return {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET,
                "AWS_EC2_METADATA_DISABLED": "true"}  # fmt: skip

    def client(self) -> Any:
        """Return a plain boto3 client of this server, for looking behind the store's back."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3", endpoint_url=self.endpoint, region_name="us-east-1",
            aws_access_key_id=ACCESS, aws_secret_access_key=SECRET,
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )  # fmt: skip

    def _takes_a_bucket(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.endpoint}/", timeout=2):
                pass
        except urllib.error.HTTPError as answer:
            if answer.code >= 500:
                return False
        except OSError:
            return False
        client = self.client()
        try:
            client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="ready", Body=b"ready")
        except Exception as fault:  # noqa: BLE001 - not ready yet, whatever it says
            return "BucketAlready" in str(fault)
        return True
