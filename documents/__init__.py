"""Values in, PDF bytes out. The only door to xhtml2pdf; knows no request, no user and no model."""
