from pathlib import Path

from itsdangerous import URLSafeSerializer

print(URLSafeSerializer("key").dumps(Path("static/site.css").read_text()))
