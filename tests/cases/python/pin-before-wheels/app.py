import pycurl

print(pycurl.version_info()[1])
