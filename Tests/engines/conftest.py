from __future__ import annotations

from pathlib import Path

import pytest
from driver import Clip, Engine, decode


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """5 frames of 96x56, and one engine for all tests that leave it as it was."""
    workdir = tmp_path_factory.mktemp("work")
    path = workdir / "in.rgb"
    path.write_bytes(decode(96, 56, 5))
    engine = Engine(workdir).start()
    yield Clip(engine, path, 96, 56, 5)
    engine.close()


@pytest.fixture
def long(tmp_path: Path) -> Clip:
    """256 frames of 256x144 (a small clip over and over), and an engine of its own: a job of several seconds."""
    path = tmp_path / "in.rgb"
    path.write_bytes(decode(256, 144, 16) * 16)
    engine = Engine(tmp_path).start()
    yield Clip(engine, path, 256, 144, 256)
    engine.close()
