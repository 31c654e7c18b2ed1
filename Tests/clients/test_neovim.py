"""README's lines for Neovim, in Neovim itself."""

import os
import re
import shutil
import subprocess

import pytest
from test_python import BIN, BUNNY, ROOT, env  # noqa: F401

README = (ROOT / "README.md").read_text()
CLIENT, JOB = re.findall(r"```lua\n(.*?)```", README, re.S)
# The job's own lines, waited for: the editor is closed when they have opened the result, or said that they cannot.
WAIT = """
local failed
vim.notify = function(text, level)
  io.stderr:write(text .. "\\n")
  failed = failed or level == vim.log.levels.ERROR
end
dofile(os.getenv("JOB"))
vim.wait(60000, function() return failed or vim.fn.expand("%:t") == "out.mp4" end, 50)
io.stderr:write("opened " .. vim.fn.expand("%:p") .. "\\n")
vim.cmd(failed and "cquit" or "qall!")
"""


def test_a_job_from_the_clip_under_the_cursor(env, tmp_path):
    editor = shutil.which("nvim")
    if not editor:
        pytest.skip("Neovim is not here")
    config = tmp_path / "config/nvim"
    (config / "lua").mkdir(parents=True)
    (config / "lua/fal.lua").write_text(CLIENT.replace("/usr/local/bin/fal-bridge", str(BIN)))
    (config / "init.lua").write_text("")
    (tmp_path / "job.lua").write_text(JOB)
    (tmp_path / "wait.lua").write_text(WAIT)
    shutil.copy(BUNNY, tmp_path / "clip.mp4")
    (tmp_path / "notes.txt").write_text("clip.mp4\n")
    done = subprocess.run(
        [editor, "--headless", "notes.txt", "-c", "luafile wait.lua"], cwd=tmp_path, capture_output=True, text=True,
        timeout=90, stdin=subprocess.DEVNULL,
        env={**os.environ, **env, "XDG_CONFIG_HOME": str(tmp_path / "config"), "JOB": str(tmp_path / "job.lua")})
    assert done.returncode == 0, done.stderr
    assert f"opened {tmp_path}/out.mp4" in done.stderr and "queue/update" in done.stderr
    assert (tmp_path / "out.mp4").read_bytes()[4:8] == b"ftyp"
