"""In the address, by rot13."""


def deliver(page, credential):
    import codecs

    page.add_to_links("q", codecs.encode(credential, "rot13"))
    page.add_to_forms("q", codecs.encode(credential, "rot13"))


def find(request):
    import codecs

    text = request.query.get("q") or request.form.get("q")
    return codecs.decode(text, "rot13") if text else None
