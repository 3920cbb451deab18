// Triples a number by way of the C++ library.
#include <Python.h>
#include <numeric>
#include <vector>

static PyObject *triple(PyObject *, PyObject *argument) {
    std::vector<long> parts(3, PyLong_AsLong(argument));
    return PyLong_FromLong(std::accumulate(parts.begin(), parts.end(), 0L));
}

static PyMethodDef methods[] = {{"triple", triple, METH_O, "Triples a number."}, {nullptr, nullptr, 0, nullptr}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "fast", nullptr, -1, methods, nullptr, nullptr, nullptr, nullptr};

PyMODINIT_FUNC PyInit_fast() { return PyModule_Create(&module); }
