#!/usr/bin/env bash
# Checks rules/debian-libraries.tsv against reality: for each development package below, and each Debian suite, a program is compiled and linked
# against it, and then started in debian:SUITE-slim with only the libraries installed that the table names.
#
# usage: scripts/check-twins.sh [SUITE …]      needs Docker; about five minutes a suite
set -euo pipefail
cd "$(dirname "$0")/.."
suites=("$@")
[ $# -gt 0 ] || suites=(bullseye bookworm trixie)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# development package | how it is linked (pkg: asks pkg-config) | headers | statement that calls it
cat >"$work/programs" <<'PROGRAMS'
default-libmysqlclient-dev|-lmariadb|mariadb/mysql.h|mysql_get_client_info()
libasound2-dev|-lasound|alsa/asoundlib.h|snd_asoundlib_version()
libavcodec-dev|-lavcodec|libavcodec/avcodec.h|avcodec_version()
libbz2-dev|-lbz2|bzlib.h|BZ2_bzlibVersion()
libcairo2-dev|pkg:cairo|cairo.h|cairo_version_string()
libcurl4-openssl-dev|-lcurl|curl/curl.h|curl_version()
libevent-dev|-levent|event2/event.h|event_get_version()
libffi-dev|-lffi|ffi.h|ffi_prep_cif(0, 99, 0, &ffi_type_void, 0)
libfreetype6-dev|pkg:freetype2|ft2build.h freetype/freetype.h|FT_Done_FreeType(0)
libgdal-dev|pkg:gdal|gdal.h|GDALVersionInfo("")
libgeos-dev|-lgeos_c|geos_c.h|GEOSversion()
libglib2.0-dev|pkg:glib-2.0|glib.h|g_get_user_name()
libgmp-dev|-lgmp|gmp.h|gmp_version[0]
libicu-dev|-licuuc|unicode/uversion.h|u_versionToString((const unsigned char *)"\1\2\3\4", (char[64]){0})
libjpeg-dev|-ljpeg|stdio.h jpeglib.h|jpeg_std_error(&(struct jpeg_error_mgr){0})
libkrb5-dev|-lkrb5 -lgssapi_krb5|krb5.h gssapi/gssapi.h|krb5_free_context(0), gss_release_name(&(OM_uint32){0}, &(gss_name_t){0})
libldap2-dev|-lldap -llber|ldap.h|ldap_err2string(0)
liblzma-dev|-llzma|lzma.h|lzma_version_number()
libmagic-dev|-lmagic|magic.h|magic_version()
libmagickwand-dev|pkg:MagickWand|stddef.h|({ extern void MagickWandGenesis(void); MagickWandGenesis(); })
libopenblas-dev|-lopenblas|cblas.h|cblas_dasum(0, 0, 0)
libpango1.0-dev|pkg:pangocairo|pango/pangocairo.h|pango_version_string()
libpcap-dev|-lpcap|pcap.h|pcap_lib_version()
libpng-dev|-lpng|png.h|png_access_version_number()
libpq-dev|pkg:libpq|libpq-fe.h|PQlibVersion()
libproj-dev|-lproj|proj.h|proj_info().version
librdkafka-dev|-lrdkafka|librdkafka/rdkafka.h|rd_kafka_version_str()
libreadline-dev|-lreadline|stdio.h readline/readline.h|rl_library_version[0]
libsasl2-dev|-lsasl2|sasl/sasl.h|sasl_version(0, 0)
libsnappy-dev|-lsnappy|stddef.h snappy-c.h|snappy_max_compressed_length(1)
libsodium-dev|-lsodium|sodium.h|sodium_version_string()
libsqlite3-dev|-lsqlite3|sqlite3.h|sqlite3_libversion()
libssl-dev|-lssl -lcrypto|openssl/ssl.h|OPENSSL_init_ssl(0, 0)
libtiff-dev|-ltiff|tiffio.h|TIFFGetVersion()
libudev-dev|-ludev|libudev.h|udev_new()
libusb-1.0-0-dev|pkg:libusb-1.0|libusb.h|libusb_get_version()
libuv1-dev|-luv|uv.h|uv_version_string()
libvips-dev|pkg:vips|vips/vips.h|vips_version_string()
libwebp-dev|-lwebp -lwebpmux -lwebpdemux|webp/encode.h webp/mux.h webp/demux.h|WebPGetEncoderVersion() + WebPGetMuxVersion() + WebPGetDemuxVersion()
libxml2-dev|pkg:libxml-2.0|libxml/parser.h|xmlCheckVersion(LIBXML_VERSION)
libxslt1-dev|pkg:libxslt|libxslt/xslt.h|xsltInit()
libyaml-dev|-lyaml|yaml.h|yaml_get_version_string()
libzmq3-dev|-lzmq|zmq.h|zmq_errno()
unixodbc-dev|-lodbc|sql.h|SQLAllocHandle(SQL_HANDLE_ENV, 0, &(SQLHANDLE){0})
uuid-dev|-luuid|uuid/uuid.h|uuid_generate((unsigned char[16]){0})
zlib1g-dev|-lz|zlib.h|zlibVersion()
PROGRAMS

# The libraries behind a development package, by suite: what the table says, `=` being the suite before.
twins() {
    awk -F'\t' -v dev="$1" -v suite="$2" '
        /^#/ { next }
        $1 == "dev" { for (i = 2; i <= NF; i++) column[$i] = i; next }
        $1 == dev { for (i = column[suite]; $i == "="; i--); print $i }' rules/debian-libraries.tsv
}

# Builds an image, and shows the log only where that fails.
build() {
    docker build --progress plain --network host -t "$1" "$2" >"$work/log" 2>&1 || { tail -20 "$work/log"; return 1; }
}

failed=0
for suite in "${suites[@]}"; do
    context="$work/$suite"
    mkdir -p "$context/src"
    {
        echo '#!/bin/sh'
        echo 'set -eu; mkdir -p /out'
        while IFS='|' read -r dev link headers statement; do
            for header in $headers; do echo "#include <$header>"; done >"$context/src/$dev.c"
            echo "int main(void) { (void)($statement); return 0; }" >>"$context/src/$dev.c"
            case $link in
            pkg:*) flags="\$(pkg-config --cflags --libs ${link#pkg:})" ;;
            *) flags=$link ;;
            esac
            echo "gcc -w -Wl,--no-as-needed -I/usr/include/freetype2 -o /out/$dev /src/$dev.c $flags"
        done <"$work/programs"
    } >"$context/src/build.sh"
    devs=$(cut -d'|' -f1 "$work/programs" | tr '\n' ' ')
    cat >"$context/Dockerfile" <<DOCKERFILE
FROM debian:$suite
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev pkg-config $devs
COPY src /src
RUN sh /src/build.sh
DOCKERFILE
    build "restage-twins:$suite" "$context"
    id=$(docker create "restage-twins:$suite")
    mkdir "$context/slim"
    docker cp -q "$id:/out" "$context/slim/out"
    docker rm "$id" >/dev/null
    printf 'FROM debian:%s-slim\nRUN apt-get update\nCOPY out /out\n' "$suite" >"$context/slim/Dockerfile"
    build "restage-twins:$suite-slim" "$context/slim"

    started=0
    total=0
    while IFS='|' read -r dev _; do
        names=$(twins "$dev" "$suite")
        total=$((total + 1))
        if [ -n "$names" ] && docker run --rm --network host "restage-twins:$suite-slim" sh -c \
            "DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $names >/dev/null 2>/tmp/log && /out/$dev || { tail -3 /tmp/log; exit 1; }" </dev/null; then
            started=$((started + 1))
        else
            echo "$suite: $dev with $names: does not start"
            failed=1
        fi
    done <"$work/programs"
    echo "$suite: $started of $total programs start with only the libraries that the table names"
done
exit $failed
