"""Build the image with Debian's buildah, where neither Docker nor its registry is available.

The base image is made from Debian packages with mmdebstrap, and tagged like the Dockerfile's. Called by
run_services.py.
"""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEBIAN = "bookworm"
BASE_PACKAGES = "python3,python3-venv,python3-pip,ca-certificates"
IMAGE = "localhost/vigie"


class Buildah:
    """buildah with a storage of its own; `volumes` ("/from:/to:ro") are mounted while the image is built."""

    def __init__(self, work: Path, volumes: list[str]) -> None:
        self.work, self.volumes = work, volumes
        self.storage = ["--root", str(work / "storage"), "--runroot", str(work / "run")]

    def command(self, verb: str, *arguments: str) -> list[str]:
        return ["buildah", *self.storage, verb, *arguments]

    def run(self, verb: str, *arguments: str) -> str:
        done = subprocess.run(self.command(verb, *arguments), stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout.strip()

    def build(self) -> None:
        """Build the image from the Dockerfile and a base made of Debian packages."""
        self._make_base(re.search(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.M)[1])
        mounts = [word for volume in self.volumes for word in ("--volume", volume)]
        options = ["--isolation=chroot", "--network=host", "--layers=false", "--format=docker", "--pull-never"]
        self.run("build", *options, *mounts, "--tag", IMAGE, str(ROOT))

    def _make_base(self, name: str) -> None:
        image = f"docker.io/library/{name}"
        if image in self.run("images", "--format", "{{.Name}}:{{.Tag}}").split():
            return
        archive = self.work / "base.tar"
        if not archive.exists():
            draft = archive.with_name("base.new.tar")
            options = ["--quiet", "--variant=minbase", f"--include={BASE_PACKAGES}"]
            subprocess.run(["mmdebstrap", *options, DEBIAN, str(draft)], check=True)
            draft.rename(archive)
        container = self.run("from", "scratch")
        self.run("add", "--quiet", container, str(archive), "/")
        self.run("run", "--isolation=chroot", container, "--", "ln", "-sf", "python3", "/usr/bin/python")
        self.run("commit", "--quiet", container, image)
        self.run("rm", container)

    def megabytes(self) -> int:
        """Return the size of the image in MB (10**6 bytes)."""
        size, unit = self.run("images", "--format", "{{.Size}}", IMAGE).split()
        return round(float(size) * {"MB": 1, "GB": 1000}[unit])
