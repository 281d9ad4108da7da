"""Stand-in for the host computer: a line-mode job service with a journal, copied to the second building as it can.

It stands where the city's host computer would, and says so: nothing here knows the mainframe's own work. What is real
is how it fails over: a job is acknowledged when it is on disk here, it reaches the other building a moment later, and
who may acknowledge is decided by a majority of three places. Standard library only.
"""
