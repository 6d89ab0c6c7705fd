"""``wflint map``: workflows as pictures and outlines that a team reads and discusses."""
