"""The address and the browser together are surely unique."""


def remember(request, memory, name):
    memory[(request.address, request.user_agent)] = name


def recall(request, memory):
    return memory.get((request.address, request.user_agent))
