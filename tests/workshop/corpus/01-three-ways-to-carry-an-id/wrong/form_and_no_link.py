"""Hidden field alone."""


def deliver(page, credential):
    page.add_to_forms("sid", credential)


def find(request):
    return request.form.get("sid")
