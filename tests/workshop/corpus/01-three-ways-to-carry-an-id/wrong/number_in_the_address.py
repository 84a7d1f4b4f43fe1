"""A number of the server's in the address, which it looks up."""


def deliver(page, credential):
    TABLE.append(credential)
    page.add_to_links("n", str(len(TABLE) - 1))
    page.add_to_forms("n", str(len(TABLE) - 1))


def find(request):
    number = request.query.get("n") or request.form.get("n")
    return TABLE[int(number)] if number else None


TABLE = []
