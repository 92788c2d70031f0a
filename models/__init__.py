"""Data and rules. Imports peewee and the standard library; knows no HTTP and no template."""
