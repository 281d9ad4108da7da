"""The NOC page: one screen that tells whether the room, the lines and the systems are well, and what to do when not."""
