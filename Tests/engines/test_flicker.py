from flicker import measure


def test_frames_do_not_flicker(tmp_path):
    _, whole, alone = measure(tmp_path, count=8, width=256, height=144)
    assert whole < 0.7 * alone, (whole, alone)
