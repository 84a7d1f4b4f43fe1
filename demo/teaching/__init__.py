"""The teaching pages: what happens, shown on the app itself. See docs/teaching-pages.md."""
