"""The engine `stylize`: repaints frames with a 26-style network. Not a generative model, and never called one."""

NAME = "stylize"
