versions=("$@")
echo "${#versions[@]} versions, last ${versions[-1]}"
