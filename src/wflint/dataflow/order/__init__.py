"""What depends on the order of something that comes in another one on replay."""
