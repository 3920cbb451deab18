from setuptools import setup

setup(name="greeting", version="1", packages=["greeting"], entry_points={"console_scripts": ["greet = greeting:main"]})
