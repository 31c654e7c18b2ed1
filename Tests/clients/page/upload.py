import pathlib

import fal_client

pathlib.Path("hello.txt").write_text("Hello, World!")
print(fal_client.upload_file("hello.txt"))
