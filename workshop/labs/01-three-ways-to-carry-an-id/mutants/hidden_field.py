"""In a hidden field of every form."""

TOLD = "clicked a link"


def deliver(page, credential):
    page.add_to_forms("sid", credential)


def find(request):
    return request.form.get("sid")
