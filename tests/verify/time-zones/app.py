import zoneinfo

print(zoneinfo.ZoneInfo("Europe/Rome"))
