//! `.dockerignore`: what Docker hides from a COPY.
