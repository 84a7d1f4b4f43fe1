"""Whoever has the same address is the same person."""

TOLD = "same address"


def remember(request, memory, name):
    memory[request.address] = name
    return


def recall(request, memory):
    return memory.get(request.address)
